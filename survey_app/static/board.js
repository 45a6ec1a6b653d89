// Brings newer figures into the board every 30 seconds while the page is seen. What did not change is not touched, so
// focus, scrolling and what is being typed stay. Without script the page is loaded again by hand.
"use strict";
(function () {
  const EVERY = 30000, LONGEST = 120000, SAID_AT_MOST_EVERY = 60000;
  const live = document.getElementById("live");
  const state = document.getElementById("live-state");
  const said = document.getElementById("live-said");
  const words = state.querySelector("span"), button = state.querySelector("button");
  let etag = 'W/"' + live.dataset.etag + '"', wait = EVERY, timer = 0, paused = false, asking = false, lastSaid = 0;

  function tell(text) {
    words.textContent = text;
  }

  function later() {
    clearTimeout(timer);
    if (!paused) timer = setTimeout(look, wait);
  }

  function look() {
    clearTimeout(timer);
    if (paused || asking || document.hidden) return; // Seen again, it looks at once.
    asking = true;
    fetch(live.dataset.source, { credentials: "same-origin", redirect: "manual", headers: { "If-None-Match": etag } })
      .then((answer) => {
        if (answer.status === 410) return location.reload();
        if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
          paused = true;
          button.hidden = true;
          return tell(state.dataset.ended);
        }
        if (answer.status === 304) return settle();
        if (!answer.ok) return Promise.reject(new Error("" + answer.status));
        return answer.text().then((text) => {
          etag = answer.headers.get("ETag") || "";
          show(text);
          settle();
        });
      })
      .catch(() => {
        wait = Math.min(wait * 2, LONGEST);
        tell(state.dataset.trouble);
      })
      .then(() => {
        asking = false;
        later();
      });
  }

  function settle() {
    wait = EVERY;
    tell(state.dataset.every);
  }

  function show(text) {
    const before = document.getElementById("ballots").textContent;
    const focused = live.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && focused.getAttribute("href");
    // Within an element, since spaces at the beginning of a page are dropped and every piece would seem another.
    const news = new DOMParser().parseFromString("<div>" + text + "</div>", "text/html").body.firstChild;
    children(live, news);
    // Where rows changed their order, the focus follows the row that it was on.
    if (key && document.activeElement.getAttribute("href") !== key) {
      const same = Array.from(live.querySelectorAll("a[href]")).find((each) => each.getAttribute("href") === key);
      if (same) same.focus({ preventScroll: true });
    }
    const figure = document.getElementById("ballots");
    if (figure.textContent !== before && Date.now() - lastSaid > SAID_AT_MOST_EVERY) {
      lastSaid = Date.now();
      said.textContent = figure.parentNode.textContent.trim();
    }
  }

  function children(old, news) {
    const there = Array.from(old.childNodes), wanted = Array.from(news.childNodes);
    wanted.forEach((each, index) => {
      if (index < there.length) one(there[index], each);
      else old.appendChild(document.importNode(each, true));
    });
    for (const each of there.slice(wanted.length)) each.remove();
  }

  function one(old, news) {
    if (old.nodeType !== news.nodeType || old.nodeName !== news.nodeName) {
      old.replaceWith(document.importNode(news, true));
    } else if (old.nodeType !== 1) {
      if (old.data !== news.data) old.data = news.data;
    } else {
      for (const each of Array.from(old.attributes)) if (!news.hasAttribute(each.name)) old.removeAttribute(each.name);
      for (const each of Array.from(news.attributes)) {
        if (old.getAttribute(each.name) !== each.value) old.setAttribute(each.name, each.value);
      }
      children(old, news);
    }
  }

  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? state.dataset.go : state.dataset.stop;
    tell(paused ? state.dataset.paused : state.dataset.every);
    if (paused) clearTimeout(timer);
    else look();
  });
  document.addEventListener("visibilitychange", look);
  button.textContent = state.dataset.stop;
  tell(state.dataset.every);
  state.hidden = false;
  later();
})();
