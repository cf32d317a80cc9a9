// Every page: htmx, and the behaviour of the frame.
import htmx from "htmx.org/dist/htmx.esm.min.js";
import "./js/keys.js";
import "./js/shell.js";
import "./js/beside.js";
import "./js/palette.js";
import "./js/favourites.js";
import "./js/following.js";
import "./js/bell.js";
import "./js/hovercard.js";
import { toast } from "./js/shell.js";
import { t } from "./js/texts.js";

window.htmx = htmx;
document.addEventListener("htmx:error", () => toast(t("The server did not answer. Check the connection and try again."), { error: true }));
