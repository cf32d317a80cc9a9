// Record pages. The controls of forms are fetched when somebody first edits something.
import "./js/record.js";
import "./js/record-parts.js";
import "./js/record-panel.js";
import "./js/record-comment.js";
import "./js/record-files.js";
import "./js/record-sharing.js";
