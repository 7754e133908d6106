"""An item before an upright mat: how high it is.

The mat stands on the table behind the item, which touches it or stands at a stated distance. The
photo is taken from the front, from a little above the item's top.

What is seen is a silhouette, and the photo alone does not tell its depth. From a little above, the
highest place of the silhouette is the *far* edge of the top, the one next to the mat: so near that
its depth hardly matters, and neither does a mat that does not stand quite upright. From below it
would be the near edge, a whole item farther away; such a photo is refused.

Frames: `u` to the right along the table, `v` up, `w` from the mat towards the camera, the origin at
the sheet's centre; a turn of the mat's frame by a multiple of 90°, as the sheet may stand on any of
its sides. Everything is in millimetres.

* `standing`: the frame, and which side of the sheet is down.
* `gate`: whether a photo shows what it must, and what to change.
* `contour`: the item's upper outline.
* `height`: the value with its uncertainty budget.
* `apart`: whether a round item stands where it is said to.
"""
