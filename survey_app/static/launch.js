/* The launch page's checklist and count of places go along with the form. Without this they come with every save. */
(function () {
  "use strict";
  var form = document.getElementById("launch");
  if (!form || !window.fetch || !window.FormData) { return; }
  var timer = null;
  var asked = 0;

  function take(html, number) {
    if (number !== asked) { return; }
    var fresh = document.createElement("div");
    fresh.innerHTML = html;
    ["chosen", "checklist", "buttons"].forEach(function (id) {
      var now = document.getElementById(id);
      var then = fresh.querySelector("#" + id);
      // What is the same stays, and with it what somebody has unfolded or holds the focus.
      if (now && then && now.innerHTML !== then.innerHTML && !(id === "chosen" && now.dataset.key === then.dataset.key)) {
        now.replaceWith(then);
      }
    });
  }

  function ask() {
    var number = ++asked;
    var sent = new FormData(form);
    sent.delete("file");
    fetch(form.dataset.check, { method: "POST", body: sent, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : null; })
      .then(function (html) { if (html !== null) { take(html, number); } })
      .catch(function () { /* The next change asks again. */ });
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 500);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
