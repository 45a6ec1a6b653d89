/* The phone follows what is typed into the open form. Without this script it follows what is saved. */
(function () {
  "use strict";
  var frame = document.querySelector("iframe[data-show]");
  var form = document.querySelector("form[data-preview]");
  if (!frame || !form || !window.fetch || !window.FormData) { return; }
  var timer = null;
  var asked = 0;

  function show(answer) {
    if (answer.question) { frame.dataset.show = answer.question; }
    // Not a new step of the browser's history: Back leaves the page, not the last letter.
    frame.contentWindow.location.replace(answer.address);
  }

  function ask() {
    var number = ++asked;
    if (!frame.offsetParent) { return; }
    var sent = new FormData(form);
    sent.append("shown", frame.contentWindow.location.pathname.split("/")[2] || "");
    fetch(form.dataset.preview, { method: "POST", body: sent, credentials: "same-origin" })
      .then(function (answer) { return answer.status === 200 ? answer.json() : null; })
      .then(function (answer) { if (answer && number === asked) { show(answer); } })
      .catch(function () { /* The next change asks again. */ });
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 500);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
