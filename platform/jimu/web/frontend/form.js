// Pages with a form for a record.
import "./js/choose.js";
import "./js/widgets.js";
import "./js/form.js";
import "./js/lines.js";
import "./js/form-map.js";
import "./js/form-duplicates.js";
