//! The words of the screen, which load with it.

import { coverage as en } from "@/messages/en/coverage";
import { coverage as es } from "@/messages/es/coverage";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useCoverageWords = () => useWords(WORDS);
