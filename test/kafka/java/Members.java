import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumer groups over Traffic's topics. Says "ready" and keeps its members alive until a line comes in; then they leave. */
public class Members {
    public static void main(String[] args) throws Exception {
        try (Admin admin = Fx.admin()) {
            admin.alterConsumerGroupOffsets("offsets-only", Map.of(
                new TopicPartition("mixed", 0), new OffsetAndMetadata(1, Optional.of(0), "метаданные"),
                new TopicPartition("paid", 0), new OffsetAndMetadata(2))).all().get();
        }
        List<KafkaConsumer<?, ?>> classic = List.of(member("classic", "reader-0", "heartbeat.interval.ms", "200"), member("classic", "reader-1", "heartbeat.interval.ms", "200"));
        List<KafkaConsumer<?, ?>> modern = List.of(member("modern", "reader-0", "group.protocol", "consumer"), member("modern", "reader-1", "group.protocol", "consumer"));
        for (var members : List.of(classic, modern)) {
            for (var member : members) member.subscribe(List.of("mixed", "paid"));
            poll(members, 5);
            for (var member : members)
                for (TopicPartition p : member.assignment())
                    if (p.partition() != 2) member.commitSync(Map.of(p, new OffsetAndMetadata(3 + p.partition())));
        }
        var left = List.of(member("left", "gone"));
        left.get(0).subscribe(List.of("mixed"));
        poll(left, 3);
        left.get(0).commitSync();
        left.get(0).close();
        System.out.println("ready");
        while (System.in.available() == 0) {
            for (var members : List.of(classic, modern)) for (var member : members) member.poll(Duration.ofMillis(50));
        }
        for (var members : List.of(classic, modern)) for (var member : members) member.close();
    }

    static KafkaConsumer<?, ?> member(String group, String client, String... more) {
        Properties p = Fx.properties("group.id", group, "client.id", client, "auto.offset.reset", "earliest", "enable.auto.commit", "false");
        p.putAll(Fx.properties(more));
        return new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** In turn, until the members have all these partitions and each has some, and a little longer: an assignment can still move. */
    static void poll(List<? extends KafkaConsumer<?, ?>> members, int partitions) {
        int more = 5;
        while (more > 0) {
            for (var member : members) member.poll(Duration.ofMillis(50));
            int assigned = members.stream().mapToInt(m -> m.assignment().size()).sum();
            if (assigned == partitions && members.stream().noneMatch(m -> m.assignment().isEmpty())) more--;
        }
    }
}
