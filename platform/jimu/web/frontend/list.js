// Pages with a list.
import "./js/list.js";
import "./js/list-filter.js";
import "./js/list-order.js";
import "./js/list-columns.js";
import "./js/list-keys.js";
