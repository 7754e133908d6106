/** Whether the server answers, by the last thing that was asked of it. */

class Reach {
  lost = $state(false);
}

export const reach = new Reach();
