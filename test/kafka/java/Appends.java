import java.util.*;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What a log can be given, topic by topic: codecs and sizes, producers, transactions, all the reasons to roll. */
public class Appends {
    static final Random random = new Random(7);
    /** Far from a day ago, after which producers are forgotten. */
    static final long NOW = System.currentTimeMillis() - 3_600_000;

    public static void main(String[] args) throws Exception {
        try (Admin admin = Fx.admin()) {
            topic(admin, "sized", "internal.segment.bytes", "20000", "index.interval.bytes", "512");
            topic(admin, "timed", "segment.ms", "10000", "index.interval.bytes", "0");
            topic(admin, "full", "segment.index.bytes", "100", "index.interval.bytes", "100");
            topic(admin, "appended", "message.timestamp.type", "LogAppendTime", "internal.segment.bytes", "20000", "index.interval.bytes", "300");
            topic(admin, "paid", "internal.segment.bytes", "6000", "index.interval.bytes", "1000");
            topic(admin, "compacted", "cleanup.policy", "compact", "internal.segment.bytes", "10000");
            topic(admin, "preallocated", "preallocate", "true", "internal.segment.bytes", "30000", "index.interval.bytes", "700");
            topic(admin, "large", "segment.bytes", "1048576");
            topic(admin, "empty");
        }
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (String codec : Fx.CODECS)
            for (String idempotent : List.of("true", "false"))
                producers.add(Fx.producer("compression.type", codec, "enable.idempotence", idempotent));
        for (int i = 0; i < 120; i++)
            for (String topic : List.of("sized", "full", "appended", "compacted", "preallocated"))
                batch(producers.get(random.nextInt(producers.size())), topic, NOW + random.nextInt(60_000), random.nextInt(400));
        for (int i = 0; i < 60; i++) batch(producers.get(i % producers.size()), "timed", NOW + i * 1500 - random.nextInt(5000), 20);
        for (int i = 0; i < 40; i++) batch(producers.get(i % producers.size()), "large", NOW + i, 30_000);
        transactions();
        Runtime.getRuntime().halt(0); // without closing, which would abort what is open
    }

    static void topic(Admin admin, String name, String... configs) throws Exception {
        Fx.create(admin, name, 1, configs);
    }

    static void batch(KafkaProducer<byte[], byte[]> producer, String topic, long timestamp, int size) {
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 5);
        for (int i = 0; i < count; i++)
            producer.send(new ProducerRecord<>(topic, 0, timestamp - random.nextInt(100), Fx.utf8("key-" + random.nextInt(20)), Fx.utf8(Fx.words(random.nextInt(), size))));
        producer.flush();
    }

    static void transactions() throws Exception {
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            producers.add(Fx.producer("transactional.id", "payer-" + i, "compression.type", Fx.CODECS[i]));
            producers.get(i).initTransactions();
        }
        boolean[] open = new boolean[4];
        for (int step = 0; step < 120; step++) {
            int i = random.nextInt(4);
            var producer = producers.get(i);
            if (!open[i]) producer.beginTransaction();
            open[i] = true;
            int choice = random.nextInt(6);
            if (choice > 1) batch(producer, "paid", NOW, 100);
            else if (choice == 0) producer.commitTransaction();
            else producer.abortTransaction();
            if (choice <= 1) open[i] = false;
        }
        for (int i = 1; i < 4; i++) if (open[i]) producers.get(i).commitTransaction();
        if (!open[0]) {
            producers.get(0).beginTransaction();
            batch(producers.get(0), "paid", NOW, 100);
        }
        Thread.sleep(1000); // markers come a little later
    }
}
