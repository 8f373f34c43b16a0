export const logger = {
  info(message: string): string {
    return message;
  },
};
