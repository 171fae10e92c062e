// Inside Airflow's pages the console follows their theme; on its own, the system's.
(function () {
  try {
    if (window.parent === window) return;
    var outer = window.parent.document.documentElement;
    var follow = function () {
      var name = outer.classList.contains("dark") ? "dark" : "light";
      document.documentElement.dataset.theme = name;
    };
    document.documentElement.dataset.framed = "";
    follow();
    new MutationObserver(follow).observe(outer, { attributes: true, attributeFilter: ["class"] });
  } catch (error) {
    // Another origin: the system's theme stays.
  }
})();
