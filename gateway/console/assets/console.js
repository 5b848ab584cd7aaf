// What a page does by itself: it says what is true of times, it listens to the keyboard, and it asks for its parts again when it is
// told that they have changed.
import { startCountdowns } from "./countdown.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { leaveWhatIsClaimed } from "./resume.js";
import { keepWhatIsTyped } from "./typed.js";

startCountdowns(document.body);
startKeys();
keepWhatIsTyped();
leaveWhatIsClaimed();
if (document.body.dataset.live) startLive(document.body.dataset.live);
