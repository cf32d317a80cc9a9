// Administration and personal pages: forms that take a while, rows that are ticked.
import "./js/admin.js";
import "./js/organisation.js";
