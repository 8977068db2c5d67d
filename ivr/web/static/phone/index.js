// The index page: nothing moves but the language.

import { connectLanguageButtons, loadTexts } from "./i18n.js";

await loadTexts();
connectLanguageButtons();
