//! Signing in with a key. The key is exchanged for a session cookie and kept nowhere.

import { Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { isStatus } from "@/api/problem";
import { Logo } from "@/frame/Logo";
import { useMessages } from "@/messages/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { sessionQuery, signIn } from "./queries";
import classes from "./SignIn.module.css";

export function SignIn({ failure }: { failure: unknown }) {
  const { frame } = useMessages();
  const words = frame.signIn;
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const attempt = useMutation({
    mutationKey: sessionQuery.queryKey,
    mutationFn: signIn,
    onSuccess: (session) => {
      // Answers to the former session go; its own query stays, since this page watches it.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  });
  const refused = isStatus(attempt.error, 401);
  useEffect(() => {
    document.title = words.title;
  }, [words.title]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== "") attempt.mutate({ key: key.trim() });
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Stack gap="lg">
          <Logo size={32} />
          <div>
            <Title order={1}>{words.title}</Title>
            <Text c="dimmed" mt={4}>
              {words.text}
            </Text>
          </div>
          {failure && !attempt.isError ? (
            <Text role="alert" c="var(--pr-bad)">
              {words.codeRefused}
            </Text>
          ) : null}
          <PasswordInput
            size="sm"
            label={words.key}
            placeholder={words.placeholder}
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            error={refused ? words.refused : undefined}
            autoComplete="off"
            autoFocus
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": words.show }}
          />
          {attempt.isError && !refused ? <ProblemNotice error={attempt.error} inline /> : null}
          <Button type="submit" size="sm" fullWidth loading={attempt.isPending}>
            {words.button}
          </Button>
          <Text size="xs" c="dimmed">
            {words.help}
          </Text>
        </Stack>
      </form>
    </main>
  );
}
