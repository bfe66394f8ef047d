// The live day: what changes is fetched every 15 seconds, and a badge can be read with the camera where the browser can.

/** Put the newest state in place of the old one; where one stands, and what is open, stays. */
async function poll(box) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 15000));
    if (document.hidden || box.querySelector("details[open]")) continue;
    try {
      const answer = await fetch(box.dataset.poll);
      if (!answer.ok || answer.redirected) continue;
      const html = await answer.text();
      if (html === box.dataset.seen) continue;
      const focus = box.contains(document.activeElement) ? document.activeElement.id : "";
      if (box.contains(document.activeElement) && !focus) continue; // do not take a button from under a finger
      box.innerHTML = html;
      box.dataset.seen = html;
      if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    } catch {
      // the service is away for a moment
    }
  }
}

/** Read codes with the camera; the form is sent with the first one. */
async function scan(box, form) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  box.hidden = false;
  const video = box.querySelector("video");
  box.querySelector("[data-camera]").addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      const says = box.querySelector("[data-camera-says]");
      says.textContent = says.dataset.denied;
      return;
    }
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const look = async () => {
      const [code] = await detector.detect(video).catch(() => []);
      if (!code) return setTimeout(look, 200);
      for (const track of video.srcObject.getTracks()) track.stop();
      form.elements.namedItem("code").value = code.rawValue;
      form.requestSubmit();
    };
    look();
  });
}

document.querySelectorAll("[data-poll]").forEach(poll);
const desk = document.querySelector("[data-scan]");
if (desk) scan(desk, document.querySelector("[data-code]"));
