//! The words of the screen, which load with it.

import { operationalEvents as en } from "@/messages/en/operationalEvents";
import { operationalEvents as es } from "@/messages/es/operationalEvents";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useOperationalWords = () => useWords(WORDS);
