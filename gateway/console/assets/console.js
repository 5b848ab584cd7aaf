// What a page does by itself: it counts down, answers keys, keeps what is typed and refused, and asks for its parts again when it is
// told that they have changed.
import { startCountdowns } from "./countdown.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { keepWhatIsRefused } from "./refusals.js";
import { leaveWhatIsClaimed } from "./resume.js";
import { letGoodNewsPass } from "./notices.js";
import { keepWhatIsTyped } from "./typed.js";

startCountdowns(document.body);
startKeys();
keepWhatIsTyped();
keepWhatIsRefused();
leaveWhatIsClaimed();
letGoodNewsPass();
if (document.body.dataset.live) startLive(document.body.dataset.live);
