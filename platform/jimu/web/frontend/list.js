// Pages with a list.
import "./js/list.js";
import "./js/list-filter.js";
import "./js/list-order.js";
import "./js/list-columns.js";
import "./js/list-select.js";
import "./js/list-copy.js";
import "./js/list-mass.js";
import "./js/list-cells.js";
import "./js/list-keys.js";
