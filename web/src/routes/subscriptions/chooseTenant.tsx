//! In place of a subscription, or of the form of one, while no tenant is chosen.

import { IconWebhook } from "@tabler/icons-react";
import { ChooseTenant } from "@/frame/ChooseTenant";
import { useMessages } from "@/messages/context";

export function ChooseOwner() {
  const { subscriptions } = useMessages();
  return (
    <ChooseTenant
      icon={<IconWebhook size={32} stroke={1.5} />}
      title={subscriptions.chooseTenant}
      text={subscriptions.chooseTenantText}
    />
  );
}
