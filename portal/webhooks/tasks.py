"""What a worker does for webhooks."""

from celery import shared_task

from portal.webhooks import outbox, sending


@shared_task(time_limit=180)
def deliver() -> None:
    """Every few seconds: make deliveries of what was sealed, then send what is due."""
    outbox.take_up()
    sending.send_waiting()
