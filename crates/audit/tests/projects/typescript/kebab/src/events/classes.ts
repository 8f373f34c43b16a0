import { FEATURE_ARCHIVED, FEATURE_CREATED, USER_CREATED } from "./index";

class BaseEvent {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}

export class FeatureCreatedEvent extends BaseEvent {
  constructor(readonly name: string) {
    super(FEATURE_CREATED);
  }
}

export class FeatureArchivedEvent extends BaseEvent {
  constructor(readonly name: string) {
    super(FEATURE_ARCHIVED);
  }
}

export class UserCreatedEvent extends BaseEvent {
  constructor(readonly email: string) {
    super(USER_CREATED);
  }
}
