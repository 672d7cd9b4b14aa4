// Pushes, and the last pages for when there is no network. Only who asked to be pushed to, or installed the site, has it.
"use strict";

const MOST = 30; // pages
const ANY = { ignoreVary: true };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event));
});

async function page(event) {
  const kept = await caches.open("pages");
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(kept, event.request, answer.clone()));
    return answer;
  } catch (error) {
    const last = (await kept.keys()).pop();
    if (!last) throw error;
    return (await kept.match(event.request, ANY)) || Response.redirect(last.url);
  }
}

// What is withdrawn goes from here too; what is somebody's own (no-store) never comes here.
async function keep(kept, request, answer) {
  const said = (name) => answer.headers.get(name) || "";
  const page = answer.status === 200 && said("Content-Type").startsWith("text/html") && !said("Cache-Control").includes("no-store");
  if (page || answer.status === 404 || answer.status === 410) await kept.delete(request, ANY);
  if (!page || answer.redirected) return;
  await kept.put(request, answer);
  for (const old of (await kept.keys()).slice(0, -MOST)) await kept.delete(old, ANY);
}

// A push is empty: what it is about is asked for here, so that nobody on the way learns it.
self.addEventListener("push", (event) => event.waitUntil(tell()));

async function tell() {
  let said = { title: "Ratslupe", url: "/" };
  try {
    const here = await self.registration.pushManager.getSubscription();
    const answer = await fetch("/alerts/push", { method: "POST", body: new URLSearchParams({ endpoint: here.endpoint }) });
    if (answer.ok) said = await answer.json();
    else if (answer.status === 404) await here.unsubscribe();
  } catch { /* no network just then: browsers want something to be shown all the same */ }
  await self.registration.showNotification(said.title, { body: said.body, lang: said.lang, icon: "ICON", data: said.url });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
