//! The URL, the token and the snippet of a new portal link, which are shown once.

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { Once } from "@/shared/Once";
import { embedSnippet } from "./values";
import { useLinkWords } from "./words";

interface Props {
  link: { url: string; token: string; allowed_ancestors: string[] };
  name: string;
  onClose: () => void;
}

/** A click beside the dialog must not lose the token, so only its button closes it. */
export function CreatedLink({ link, name, onClose }: Props) {
  const { add, form: words } = useLinkWords();
  const title = name.trim() === "" ? "Webhooks" : `Webhooks · ${name.trim()}`;
  return (
    <Modal opened onClose={onClose} title={add} size="lg" closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
      <Stack gap="md">
        <Text role="status">{words.created}</Text>
        <Once label={words.url} value={link.url} copy={words.copyUrl} />
        {link.allowed_ancestors.length > 0 ? (
          <Once label={words.embed} value={embedSnippet(link.url, title)} copy={words.copyEmbed} />
        ) : (
          <Text c="dimmed">{words.notEmbedded}</Text>
        )}
        <Once label={words.token} value={link.token} copy={words.copyToken} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{words.done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
