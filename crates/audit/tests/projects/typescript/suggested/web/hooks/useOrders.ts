import { useMutation } from "react-query";

export function useDeleteOrder(id: string) {
  return useMutation(() => store.orders.delete(id));
}
