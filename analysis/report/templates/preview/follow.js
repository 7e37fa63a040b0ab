// Follows the preview: comes back to the same place with every new page, tells what went wrong.
"use strict";
(() => {
  const place = "samverkan" + location.pathname;
  const shown = Number(document.currentScript.dataset.version);
  const folded = () => [...document.querySelectorAll("details")];
  const marks = () => [...document.querySelectorAll("body [id]:not(svg *)")];

  const remember = () => {
    const above = marks().filter((mark) => mark.getBoundingClientRect().top <= 1);
    const mark = above[above.length - 1] || document.body;
    const seen = {
      id: mark.id,
      below: mark.getBoundingClientRect().top,
      open: folded().map((part) => part.open),
    };
    sessionStorage.setItem(place, JSON.stringify(seen));
  };

  const restore = () => {
    const seen = JSON.parse(sessionStorage.getItem(place) || "null");
    sessionStorage.removeItem(place);
    if (!seen) return;
    folded().forEach((part, rank) => { part.open = seen.open[rank] ?? part.open; });
    const mark = document.getElementById(seen.id) || document.body;
    window.scrollBy({ top: mark.getBoundingClientRect().top - seen.below, behavior: "instant" });
  };

  const banner = document.createElement("div");
  banner.id = "preview-banner";
  banner.setAttribute("role", "alert");
  Object.assign(banner.style, {
    position: "fixed", inset: "0 0 auto 0", zIndex: 1000, padding: "0.6rem 1rem",
    background: "#7a1f0c", color: "#fff", font: "16px/1.4 sans-serif", whiteSpace: "pre-wrap",
    maxHeight: "40vh", overflow: "auto",
  });
  const tell = (text) => {
    banner.textContent = text;
    if (text) document.body.append(banner);
    else banner.remove();
  };

  history.scrollRestoration = "manual";
  restore();
  const news = new EventSource("events");
  news.onmessage = (message) => {
    const { version, fault } = JSON.parse(message.data);
    tell(fault);
    if (version !== shown) {
      news.close();
      remember();
      location.reload();
    }
  };
  news.onerror = () => tell("Förhandsvisningen svarar inte. Sidan är den senaste som byggdes.");
})();
