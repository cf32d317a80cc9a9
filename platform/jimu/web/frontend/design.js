// The page that shows the components: buttons that call up what otherwise only happens.
import { toast } from "./js/shell.js";
import { t } from "./js/texts.js";

document.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-show-toast]")?.dataset.showToast;
  if (kind === "plain") toast(t("Saved."));
  if (kind === "error") toast(t("The server did not answer. Check the connection and try again."), { error: true });
});
