// The whole page in its full resolution above the desk, where a crop leaves doubts; opens on the field in hand.

import { standIn } from "./viewer_style.js";

export class FullView {
  // `viewer`: the address of OpenSeadragon, fetched when somebody first wants it.
  constructor(viewer) {
    this.address = viewer;
    this.dialog = document.getElementById("full-view");
    this.dialog.addEventListener("close", () => {
      this.shown?.destroy();
      this.shown = null;
    });
    // The viewer's own keys move and zoom; Escape closes, as does the key that opened it.
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "F2") return;
      event.preventDefault();
      this.dialog.close();
    });
  }

  async open(form, box) {
    if (!form || this.dialog.open) return;
    this.dialog.showModal();
    this.loaded ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = this.address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    try {
      await this.loaded;
    } catch {
      this.loaded = undefined;
      return this.dialog.close();
    }
    if (!this.dialog.open) return;
    standIn();
    this.shown = window.OpenSeadragon({
      element: this.dialog.querySelector(".full-image"),
      tileSources: form.deep_zoom,
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: 0.2,
      maxZoomPixelRatio: 3,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    });
    this.shown.addOnceHandler("open", () => {
      this.shown.canvas.focus();
      const { x, y, width, height } = box.field.box;
      if (!width) return;
      const image = this.shown.world.getItemAt(0);
      const [across, down] = ["x", "y"].map((side) => image.getContentSize()[side] / (side === "x" ? form.width_px : form.height_px));
      const around = image.imageToViewportRectangle((x - width / 4) * across, (y - 2 * height) * down, width * 1.5 * across, height * 5 * down);
      this.shown.viewport.fitBounds(around, true);
    });
  }
}
