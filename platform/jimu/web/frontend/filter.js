// Pages with a list.
import "./js/filter.js";
