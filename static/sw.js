// Pushes, and pages for when there is no network.
"use strict";

const ANY = { ignoreVary: true };

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event));
});

async function page(event) {
  const kept = await caches.open("pages");
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(kept, event.request, answer.clone()));
    return answer;
  } catch (error) {
    const old = await kept.match(event.request, ANY);
    if (old) return marked(old);
    const last = (await kept.keys()).pop();
    if (last) return Response.redirect(last.url);
    throw error;
  }
}

// A page that was kept says so, and since when.
async function marked(old) {
  const text = await old.text();
  const lang = /lang="(.+?)"/.exec(text)[1];
  const when = new Date(old.headers.get("Date")).toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
  return new Response(text.replace(/<main.*?>/, "$&" + WORDS[lang].replace("WHEN", when)), old);
}

// What is withdrawn goes from here too; what is somebody's own (no-store) never comes here.
async function keep(kept, request, answer) {
  const { headers, status } = answer;
  const page = status === 200 && headers.get("Content-Type")?.startsWith("text/html") && !headers.get("Cache-Control")?.includes("no-store");
  if (page || status === 404 || status === 410) await kept.delete(request, ANY);
  if (!page || answer.redirected) return;
  await kept.put(request, answer);
  for (const old of (await kept.keys()).slice(0, -30)) await kept.delete(old, ANY);
}

// A push is empty: what it is about is asked for here, and nobody on the way learns it.
addEventListener("push", (event) => event.waitUntil(tell()));

async function tell() {
  let said = { title: "Ratslupe", url: "/" };
  try {
    const here = await registration.pushManager.getSubscription();
    const answer = await fetch("/alerts/push", { method: "POST", body: new URLSearchParams({ endpoint: here.endpoint }) });
    if (answer.ok) said = await answer.json();
    else if (answer.status === 404) await here.unsubscribe();
  } catch { /* something is to be shown all the same */ }
  await registration.showNotification(said.title, { body: said.body, lang: said.lang, icon: "ICON", data: said.url });
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});
