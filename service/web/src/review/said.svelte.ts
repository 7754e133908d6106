/** What was decided last, said once more on the next page; it carries the way back. */

class Said {
  last = $state.raw<{ inspectionId: string; sentence: string }>();
}

export const said = new Said();
