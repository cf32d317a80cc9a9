// Pages of imports.
import "./js/run.js";
import "./js/mapping.js";
