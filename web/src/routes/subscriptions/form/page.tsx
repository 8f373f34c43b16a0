//! Creating and editing a subscription.

import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keys } from "@/api/keys";
import { fieldErrors } from "@/api/problem";
import { narrow, type Scope } from "@/api/scope";
import { NotFoundScreen, ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Id } from "@/shared/Id";
import { PageAnswer } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { ChooseOwner } from "../chooseTenant";
import { changeSubscription, createSubscription, subscriptionQuery } from "../queries";
import { editSubscriptionRoute } from "../route";
import { useShapeWords } from "../shapeWords";
import { Authentication } from "./authentication";
import { conflictWithBatching, isOutside } from "./batching";
import { BatchingSection } from "./batchingSection";
import { Delivering } from "./delivering";
import { toFormErrors } from "./errors";
import { EventPicker } from "./eventPicker";
import classes from "./form.module.css";
import { faultOf } from "./order";
import { OrderSection } from "./orderSection";
import { Preview } from "./preview";
import { ShapeSection } from "./shapeSection";
import { useTrial } from "./useTrial";
import { EMPTY, toFields, toValues, type Values } from "./values";
import { Where } from "./where";
import { Which } from "./which";
import { useFormWords } from "./words";

export function NewSubscriptionPage() {
  const scope = useScope();
  const mayWrite = useMay("subscriptions:write");
  if (!mayWrite) return <NotFoundScreen />;
  if (scope.tenant === null) return <ChooseOwner />;
  return <SubscriptionForm scope={scope} id={null} initial={EMPTY} />;
}

export function EditSubscriptionPage() {
  const { id } = editSubscriptionRoute.useParams();
  const { of } = editSubscriptionRoute.useSearch();
  const scope = narrow(useScope(), of);
  const mayWrite = useMay("subscriptions:write");
  const subscription = useQuery({ ...subscriptionQuery(scope, id), refetchOnWindowFocus: false, enabled: mayWrite });
  if (!mayWrite) return <NotFoundScreen />;
  if (scope.tenant === null) return <ChooseOwner />;
  if (subscription.data) return <SubscriptionForm scope={scope} id={id} initial={toValues(subscription.data)} />;
  if (subscription.error) return <ObjectFailed error={subscription.error} onRetry={() => void subscription.refetch()} />;
  return <Skeleton height={480} m="xl" />;
}

interface Props {
  scope: Scope;
  id: string | null;
  initial: Values;
}

function SubscriptionForm({ scope, id, initial }: Props) {
  const words = useFormWords();
  const shape = useShapeWords();
  const { shared } = useMessages();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [before] = useState(initial);
  const form = useForm<Values>({
    initialValues: initial,
    validate: (values) => ({
      events: values.events.length === 0 ? words.noneChosen : null,
      // The fields say the reason themselves; their section opens.
      batching: values.batching && conflictWithBatching(values) !== null,
      batchEvents: isOutside(values, "batchEvents"),
      batchWait: isOutside(values, "batchWait"),
      orderKey: faultOf(values) !== null,
    }),
  });
  const trial = useTrial(scope, form.values.events);
  const open = (to: string) =>
    void navigate({
      to: "/subscriptions/$id",
      params: { id: to },
      search: { of: scope.tenant ?? undefined, created: id === null ? true : undefined },
    });
  const save = useMutation({
    mutationFn: async (values: Values) => {
      if (id !== null) {
        await changeSubscription(scope, id, toFields(values, before));
        return null;
      }
      return createSubscription(scope, toFields(values, null));
    },
    gcTime: 0,
    onSuccess: (created) => {
      if (created !== null || id === null) return;
      notifications.show({ message: words.changed });
      open(id);
    },
    onError: (error) => form.setErrors(toFormErrors(fieldErrors(error))),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
  });
  const submit = form.onSubmit(
    (values) => save.mutate(values),
    (errors) => {
      // A closed section opens first.
      requestAnimationFrame(() => form.getInputNode(Object.keys(errors)[0] ?? "")?.focus());
    },
  );
  const created = save.data ?? null;
  return (
    <form className={classes.form} onSubmit={submit}>
      <div className={classes.fields}>
        <PageAnswer>{id === null ? words.create : words.edit}</PageAnswer>
        <Where form={form} scope={scope} type={trial.type} fixedProfile={id !== null} />
        <EventPicker form={form} scope={scope} />
        <Which form={form} scope={scope} trial={trial} />
        <ShapeSection form={form} scope={scope} trial={trial} />
        <BatchingSection form={form} />
        <OrderSection form={form} />
        <Authentication form={form} />
        <Delivering form={form} />
        {save.error && <ProblemNotice error={save.error} inline />}
        <Group>
          <Button type="submit" size="sm" loading={save.isPending}>
            {id === null ? words.create : words.save}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            size="sm"
            renderRoot={(props) =>
              id === null ? (
                <Link to="/subscriptions" {...props} />
              ) : (
                <Link to="/subscriptions/$id" params={{ id }} search={{ of: scope.tenant ?? undefined }} {...props} />
              )
            }
          >
            {shared.cancel}
          </Button>
        </Group>
      </div>
      <Preview scope={scope} values={form.values} type={trial.type} />
      <Modal
        opened={created !== null}
        onClose={() => created && open(created.id)}
        title={words.create}
        closeButtonProps={{ "aria-label": shared.close }}
      >
        <Stack>
          <Text>{words.created}</Text>
          {created?.secret && <Id value={created.secret} whole />}
          {created?.public_keys[0] && (
            <>
              <Text>{shape.publicKey}</Text>
              <Id value={created.public_keys[0]} whole />
            </>
          )}
          <Group justify="flex-end">
            <Button onClick={() => created && open(created.id)}>{shared.close}</Button>
          </Group>
        </Stack>
      </Modal>
    </form>
  );
}
