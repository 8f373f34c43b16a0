//! The words about events, which load with what shows or changes them.

import { events as en } from "@/messages/en/events";
import { events as es } from "@/messages/es/events";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useEventWords = () => useWords(WORDS);
