/* Leaving a page with a form that was typed into and not sent, for another link or by Back, asks first. */
(function () {
  "use strict";
  var faulty = document.querySelector("form [aria-invalid]");
  // A form that came back with faults holds what is nowhere else.
  var typed = faulty ? faulty.form : null;
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.method === "post" && event.target.type !== "password") { typed = form; }
  });
  document.addEventListener("submit", function (event) {
    if (event.target === typed && !event.defaultPrevented) { typed = null; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (typed) { event.preventDefault(); event.returnValue = ""; }
  });
})();
