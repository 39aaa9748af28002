// Makes pages livelier; every one of them works without.
//
// 1. A page of a case that moves fetches itself when the server says so.
// 2. Times run down, and a button that must wait wakes when its time has come.
// 3. A form that was sent is not sent again by a second click.
// 4. A long form is kept and checked field by field, as it is filled in.
"use strict";

(() => {
  const LOOK_AGAIN_MS = 15000;
  let skewMs = 0;

  const main = () => document.getElementById("main");

  // The server's clock counts; a phone's may be minutes off.
  function readClock() {
    const now = main() && main().dataset.now;
    if (now) skewMs = Date.parse(now) - Date.now();
  }

  const leftMs = (instant) => Date.parse(instant) - Date.now() - skewMs;

  function tick() {
    for (const left of document.querySelectorAll("[data-until]")) {
      const seconds = Math.max(0, Math.ceil(leftMs(left.dataset.until) / 1000));
      const minutes = Math.floor(seconds / 60);
      left.querySelector("b").textContent = minutes + ":" + String(seconds % 60).padStart(2, "0");
      left.hidden = false;
      if (seconds === 0 && !left.dataset.over) {
        left.dataset.over = "yes";
        left.parentElement.classList.add("over");
        setTimeout(look, 1500);
      }
    }
    for (const button of document.querySelectorAll("button[data-from]")) {
      if (leftMs(button.dataset.from) > 0) continue;
      const hint = document.getElementById(button.getAttribute("aria-describedby"));
      button.removeAttribute("data-from");
      button.disabled = false;
      if (hint) hint.hidden = true;
    }
  }

  // Carries what was typed, chosen and opened over to the page that replaces this one.
  function keepTyped(here, next) {
    for (const field of here.querySelectorAll("input[id]:not([type=hidden]), textarea[id], select[id]")) {
      const same = next.querySelector("#" + CSS.escape(field.id));
      if (!same || same.name !== field.name) continue;
      if (field.type === "checkbox" || field.type === "radio") same.checked = field.checked;
      else if (field.type !== "file") same.value = field.value;
    }
    const opened = here.querySelectorAll("details[open] > summary");
    for (const summary of opened) {
      for (const same of next.querySelectorAll("details > summary")) {
        if (same.textContent === summary.textContent) same.parentElement.open = true;
      }
    }
  }

  // Shows a page in the place of this one. What was typed stays.
  function show(here, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.getElementById("main");
    if (!next) return;
    const focused = document.activeElement && here.contains(document.activeElement) ? document.activeElement.id : "";
    keepTyped(here, next);
    here.replaceWith(document.adoptNode(next));
    if (focused) {
      const field = document.getElementById(focused);
      if (field) field.focus({ preventScroll: true });
    }
    document.title = page.title;
    readClock();
    tick();
    const heading = next.querySelector("h1");
    const said = document.getElementById("said");
    if (heading && said.textContent !== heading.textContent) said.textContent = heading.textContent;
    listen();
  }

  // Sends a file and shows how far it is. Where that fails, it is sent as any form is.
  function upload(form) {
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    };
    request.onload = () => {
      const landed = new URL(request.responseURL);
      if (landed.pathname.startsWith("/sign-in")) location.assign(landed.href);
      else show(main(), request.responseText);
    };
    request.onerror = () => form.submit();
    request.open("POST", form.action);
    request.send(new FormData(form));
    bar.hidden = false;
    form.querySelector("button").disabled = true;
    document.getElementById("said").textContent = form.dataset.upload;
  }

  // Fetches the page and takes over what has changed. What was typed stays.
  let looking = false;
  async function look() {
    const here = main();
    if (looking || !here || !here.dataset.live) return;
    looking = true;
    try {
      const answer = await fetch(here.dataset.live, { credentials: "same-origin" });
      if (!answer.ok) return;
      show(here, await answer.text());
    } catch {
      // Off line for a moment: the next look will do.
    } finally {
      looking = false;
    }
  }

  // Keeps a draft, and says beside the field that was left what is wrong with it.
  async function keepDraft(field) {
    const body = new URLSearchParams(new FormData(field.form));
    body.append("check", field.name);
    try {
      const answer = await fetch(field.form.action, { method: "POST", body, credentials: "same-origin" });
      const kind = answer.headers.get("content-type") || "";
      if (!answer.ok || !kind.startsWith("text/plain")) return;
      say(field, await answer.text());
    } catch {
      // Off line for a moment: the button keeps it too.
    }
  }

  function say(field, wrong) {
    const id = field.name + "-wrong";
    const before = document.getElementById(id);
    if (before) before.remove();
    const described = field.getAttribute("aria-describedby").split(" ").filter((part) => part !== id);
    if (wrong) {
      const said = document.createElement("p");
      said.className = "wrong";
      said.id = id;
      said.textContent = wrong;
      field.before(said);
      described.push(id);
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
    field.setAttribute("aria-describedby", described.join(" "));
  }

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.form && field.form.hasAttribute("data-draft")) keepDraft(field);
  });

  let source = null;
  function listen() {
    const live = main() && main().dataset.live;
    if (!live) {
      if (source) source.close();
      source = null;
    } else if (!source && window.EventSource) {
      source = new EventSource(live.split("?")[0] + "/events");
      source.onmessage = (event) => {
        if (main().dataset.mark !== event.data) look();
      };
      source.onerror = () => {
        // Refused for good: look now and then instead.
        if (source.readyState === EventSource.CLOSED) source = null;
      };
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-upload")) {
      event.preventDefault();
      upload(form);
    }
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  // A page that comes back from the browser's store may be sent again, and may be old.
  addEventListener("pageshow", (event) => {
    for (const form of document.forms) delete form.dataset.sent;
    if (event.persisted) look();
  });

  // Phones suspend pages: look as soon as somebody does.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });

  readClock();
  tick();
  listen();
  setInterval(tick, 1000);
  setInterval(() => { if (!source) look(); }, LOOK_AGAIN_MS);
})();
