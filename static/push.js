// Being pushed to in this browser: offered where that can be done, to those who are not yet.
"use strict";

const box = document.querySelector("[data-push]");
if (box && navigator.serviceWorker && window.PushManager && window.Notification) offer();

async function offer() {
  const form = box.querySelector("form");
  const held = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
  const now = await held();
  if (now && box.dataset.known.includes(await hash(now.endpoint))) return;
  box.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (await Notification.requestPermission() !== "granted") throw new Error("not allowed");
      await navigator.serviceWorker.register("/sw.js");
      const { pushManager } = await navigator.serviceWorker.ready;
      await (await held())?.unsubscribe(); // it may be of another key
      const options = { userVisibleOnly: true, applicationServerKey: box.dataset.push };
      form.elements.endpoint.value = (await pushManager.subscribe(options)).endpoint;
      form.submit();
    } catch { box.querySelector("[role=status]").hidden = false; }
  });
}

async function hash(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
