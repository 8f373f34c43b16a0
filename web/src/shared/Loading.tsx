//! A page that waits for its session or its code.

import { Center, Loader } from "@mantine/core";
import { useMessages } from "@/messages/context";

export function Loading() {
  const { shared } = useMessages();
  return (
    <Center h="100%" mih={240}>
      <Loader size="sm" aria-label={shared.loading} />
    </Center>
  );
}
