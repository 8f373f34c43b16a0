import { FeatureArchivedEvent, FeatureCreatedEvent, UserCreatedEvent } from "./events/classes";

export class FeatureService {
  constructor(private readonly eventService: EventService) {}

  async create(name: string) {
    await this.eventService.storeEvent(new FeatureCreatedEvent(name));
  }

  async archive(name: string) {
    await this.eventService.storeEvent(new FeatureArchivedEvent(name));
  }

  async addUser(email: string) {
    await this.eventService.storeEvent(new UserCreatedEvent(email));
  }
}
