//! The words of the screen, which load with it.

import { nodes as en } from "@/messages/en/nodes";
import { nodes as es } from "@/messages/es/nodes";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useNodeWords = () => useWords(WORDS);
