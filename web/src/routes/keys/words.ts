//! The words of the screen, which load with it.

import { keys as en } from "@/messages/en/keys";
import { keys as es } from "@/messages/es/keys";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useKeyWords = () => useWords(WORDS);
