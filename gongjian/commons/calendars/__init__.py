"""我的日程: what a post has before it, on one page and as a feed for calendar programs."""
