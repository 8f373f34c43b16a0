//! The filter of the settings.

export interface Named {
  name: string;
  description: string;
}

/** Each word is in the name or the description; parts of a name may be in any order. */
export function matches({ name, description }: Named, text: string): boolean {
  const searched = `${name} ${description}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => searched.includes(word));
}
