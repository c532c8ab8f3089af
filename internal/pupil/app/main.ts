// The page opens here. A code in the link leaves the address bar and the
// history before anything else happens.

import { App } from "./app";
import { fromLink } from "./code";
import { enter, resume, start } from "./screens/start";
import { ticket } from "./session";

function takeLink(): ReturnType<typeof fromLink> {
  const link = fromLink(location.hash);
  if (location.pathname !== "/" || location.hash !== "") history.replaceState(null, "", "/");
  return link;
}

const link = takeLink();
const app = new App(document.body);
if (link === undefined) {
  app.show(start);
  if (ticket() !== "") void resume(app);
} else {
  app.typed = link;
  app.show(start);
  void enter(app);
}
