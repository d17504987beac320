from functools import partial

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "portal.web"

    def ready(self):
        from portal.people import letters
        from portal.record import sealing, totals
        from portal.web import clocks, metrics, pulse

        metrics.gauge("concord_unsealed_entries", "Audit entries without a seal.", lambda: sealing.tail().count)
        metrics.gauge("concord_unsealed_age_seconds", "Age of the oldest one [s].", lambda: sealing.tail().age_seconds)
        metrics.gauge("concord_unfolded_totals", "Changes of totals that are not summed up yet.", totals.waiting)
        metrics.gauge("concord_waiting_letters", "Mails about accounts and live plans to go out.", lambda: letters.lag()[0])
        metrics.gauge("concord_letter_age_seconds", "Since the oldest of them waits [s].", lambda: letters.lag()[1])
        metrics.gauge("concord_waiting_messages", "Wake-ups that lie at the broker.", pulse.waiting_messages)
        for queue in pulse.QUEUES:
            meaning = f"Since a task of the queue {queue} ran last [s]; one is due every ten seconds."
            metrics.gauge(f"concord_{queue}_pulse_age_seconds", meaning, partial(pulse.age_seconds, queue))
        metrics.gauge("concord_clock_lead_seconds", "This host's clock ahead of the database's [s].", clocks.lead_seconds)
        metrics.gauge("concord_worker_clock_lead_seconds", "The worst of the workers' clocks [s].", pulse.worst_lead_seconds)
