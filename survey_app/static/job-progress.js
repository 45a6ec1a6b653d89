// Brings a job's progress into the page every 2 seconds. Without script the page loads itself again instead, which
// takes the keyboard's focus away from the cancel button each time.
"use strict";
(function () {
  const place = document.getElementById("job");
  function look() {
    if (document.hidden) return void setTimeout(look, 2000);
    fetch(location.href, { credentials: "same-origin" })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status)))
      .then((text) => {
        const news = new DOMParser().parseFromString(text, "text/html").getElementById("job");
        if (!news || !news.hasAttribute("data-under-way")) return location.reload();
        if (news.innerHTML !== place.innerHTML) place.innerHTML = news.innerHTML;
        setTimeout(look, 2000);
      })
      .catch(() => setTimeout(look, 5000));
  }
  setTimeout(look, 2000);
})();
