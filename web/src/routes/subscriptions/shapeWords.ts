//! The words of filters, request forms and credentials, which load with the screens that show them.

import { subscriptionShape as en } from "@/messages/en/subscriptionShape";
import { subscriptionShape as es } from "@/messages/es/subscriptionShape";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useShapeWords = () => useWords(WORDS);
