// Copies the text to send, and prints; without script one marks the text and prints by the browser's menu.
"use strict";
(function () {
  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const text = button.parentNode.querySelector("textarea");
      navigator.clipboard.writeText(text.value).then(
        () => { button.firstChild.data = button.dataset.done; },
        () => text.select(),
      );
    });
  }
})();
