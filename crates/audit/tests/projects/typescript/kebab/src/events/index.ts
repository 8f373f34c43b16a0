export const FEATURE_CREATED = "feature-created" as const;
export const FEATURE_ARCHIVED = "feature-archived" as const;
export const FEATURE_REVIVED = "feature-revived" as const;
export const USER_CREATED = "user-created" as const;
