// What a page does by itself: it counts down, and it asks for its parts again when it is told that they have changed.
import { startCountdowns } from "./countdown.js";
import { startLive } from "./live.js";

startCountdowns(document.body);
if (document.body.dataset.live) startLive(document.body.dataset.live);
