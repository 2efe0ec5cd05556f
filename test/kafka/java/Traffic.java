import java.util.*;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Records of chance, from a seed: every codec, shape and time; transactions that interleave, one of them open at the end; a compacted topic. Argument: the seed. A second run adds to the first. */
public class Traffic {
    static Random random;
    static final long NOW = System.currentTimeMillis();

    public static void main(String[] args) throws Exception {
        random = new Random(Long.parseLong(args[0]));
        String[] small = {"internal.segment.bytes", "20000", "index.interval.bytes", "512"};
        try (Admin admin = Fx.admin()) {
            if (admin.listTopics().names().get().isEmpty()) {
                Fx.create(admin, "mixed", 3, small);
                Fx.create(admin, "appended", 1, "message.timestamp.type", "LogAppendTime");
                Fx.create(admin, "stamped", 1, "message.timestamp.type", "LogAppendTime");
                Fx.create(admin, "compacted", 1, "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0", "internal.segment.bytes", "5000",
                    "index.interval.bytes", "512", "file.delete.delay.ms", "100");
                Fx.create(admin, "paid", 2, small);
                Fx.create(admin, "shortened", 1, small);
                Fx.create(admin, "idle", 1);
                Fx.create(admin, "one.file_and-more-1", 1, "segment.index.bytes", "4096", "preallocate", "true", "segment.bytes", "1048576");
            }
            List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
            for (String codec : Fx.CODECS)
                for (String idempotent : List.of("true", "false"))
                    producers.add(Fx.producer("compression.type", codec, "enable.idempotence", idempotent));
            for (String topic : List.of("mixed", "appended", "compacted", "shortened", "one.file_and-more-1"))
                for (int i = 0; i < 60; i++) batch(producers.get(random.nextInt(producers.size())), topic, topic.equals("mixed") ? random.nextInt(3) : 0);
            transactions(producers.get(0));
            markersBesideRecords();
            while (isEnding(admin)) Thread.sleep(50);
            admin.deleteRecords(Map.of(new TopicPartition("shortened", 0), RecordsToDelete.beforeOffset(77))).all().get();
        }
        Runtime.getRuntime().halt(0); // without closing, which would abort what is open
    }

    /** Who has committed or aborted does not wait for the markers: they come a little later, even from a broker that was killed in between. */
    static boolean isEnding(Admin admin) throws Exception {
        return admin.listTransactions().all().get().stream().anyMatch(t -> t.state().toString().startsWith("Prepare"));
    }

    static void batch(KafkaProducer<byte[], byte[]> producer, String topic, int partition) {
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 6);
        for (int i = 0; i < count; i++)
            producer.send(new ProducerRecord<>(topic, partition, NOW - 1_000_000 + random.nextInt(2_000_000), key(topic.equals("compacted")), value(), headers()));
        producer.flush();
    }

    static byte[] key(boolean required) {
        return switch (random.nextInt(10)) {
            case 0 -> required ? Fx.utf8("always") : null;
            case 1 -> new byte[0];
            case 2 -> Fx.bytes(0xff, random.nextInt(4));
            case 3 -> Fx.utf8("ключ-" + random.nextInt(3));
            default -> Fx.utf8("key-" + random.nextInt(20));
        };
    }

    static byte[] value() {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2, 3 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            case 4 -> Fx.utf8("{\"n\":" + random.nextLong() + ",\"text\":\"значение 🙂 \\\" \\n \"}");
            case 5 -> Fx.utf8(Fx.words(random.nextInt(), 2000));
            default -> Fx.utf8(Fx.words(random.nextInt(), random.nextInt(100)));
        };
    }

    static List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        if (random.nextInt(3) == 0)
            for (int i = random.nextInt(4); i > 0; i--)
                headers.add(Fx.header(random.nextInt(4) == 0 ? "" : "заголовок-" + random.nextInt(3), value()));
        return headers;
    }

    /** Markers amid records of their sizes, many of them appended in the same millisecond: as they are printed, the two are hard to tell apart. */
    static void markersBesideRecords() throws Exception {
        try (var plain = Fx.producer("enable.idempotence", "false"); var stamper = Fx.producer("transactional.id", "stamper")) {
            stamper.initTransactions();
            var isOver = new java.util.concurrent.atomic.AtomicBoolean();
            Thread stream = new Thread(() -> {
                while (!isOver.get()) {
                    plain.send(new ProducerRecord<>("stamped", 0, Fx.utf8("four"), Fx.utf8("sixsix")));
                    plain.flush();
                }
            });
            stream.start();
            for (int i = 0; i < 60; i++) {
                stamper.beginTransaction();
                stamper.send(new ProducerRecord<>("stamped", 0, Fx.utf8("in it"), null));
                if (i % 3 == 0) stamper.abortTransaction();
                else stamper.commitTransaction();
            }
            isOver.set(true);
            stream.join();
        }
    }

    /** Steps of chance, each by one of four producers; then all end what they have begun, but for the first in paid-0. */
    static void transactions(KafkaProducer<byte[], byte[]> plain) throws Exception {
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            producers.add(Fx.producer("transactional.id", "payer-" + i, "compression.type", Fx.CODECS[i + 1], "transaction.timeout.ms", "900000"));
            producers.get(i).initTransactions();
        }
        boolean[] open = new boolean[4];
        for (int step = 0; step < 150; step++) {
            int i = random.nextInt(4);
            var producer = producers.get(i);
            if (!open[i]) producer.beginTransaction();
            open[i] = true;
            switch (random.nextInt(5)) {
                case 0 -> { producer.commitTransaction(); open[i] = false; }
                case 1 -> { producer.abortTransaction(); open[i] = false; }
                case 2 -> batch(plain, "paid", random.nextInt(2));
                default -> batch(producer, "paid", random.nextInt(2));
            }
        }
        for (int i = 0; i < 4; i++)
            if (open[i] && i % 2 == 0) producers.get(i).commitTransaction();
            else if (open[i]) producers.get(i).abortTransaction();
        producers.get(0).beginTransaction();
        batch(producers.get(0), "paid", 0);
        for (int i = 1; i < 4; i++) { // behind the last stable offset
            producers.get(i).beginTransaction();
            batch(producers.get(i), "paid", 0);
            if (i == 2) producers.get(i).commitTransaction();
            else producers.get(i).abortTransaction();
        }
        batch(plain, "paid", 0);
    }
}
