import { SocketEvent } from './events';

export class WebSocketHub {
  private readonly sockets: Array<{ write(text: string): void }> = [];

  broadcast(event: string, body: unknown): void {
    for (const socket of this.sockets) {
      socket.write(JSON.stringify([event, body]));
    }
  }
}

export const webSocketHub = new WebSocketHub();

export function pushReading(meter: string, value: number): void {
  webSocketHub.broadcast(SocketEvent.Recorded, { meter, value });
}

export const pushStream = (meter: string): void => {
  webSocketHub.broadcast(SocketEvent.Streamed, { meter });
};

export const pushPaid = (invoice: string): void => {
  webSocketHub.broadcast(SocketEvent.Paid, { invoice });
};
