//! The words of the screen, which load with it.

import { replays as en } from "@/messages/en/replays";
import { replays as es } from "@/messages/es/replays";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export type ReplayWords = typeof en;
export const useReplayWords = () => useWords(WORDS);
