import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Writes a record into each partition of a topic, and prints every record that is there: partition, key. */
public class RoundTrip {
    public static void main(String[] args) throws Exception {
        String topic = args[0];
        String key = args[1];
        List<TopicPartition> partitions;
        try (Admin admin = Fx.admin()) {
            partitions = admin.describeTopics(List.of(topic)).allTopicNames().get(30, TimeUnit.SECONDS).get(topic).partitions().stream()
                .map(p -> new TopicPartition(topic, p.partition())).collect(Collectors.toList());
        }
        try (var producer = Fx.producer()) {
            for (var p : partitions) Fx.send(producer, topic, p.partition(), System.currentTimeMillis(), key, "v");
        }
        try (var consumer = new KafkaConsumer<>(Fx.properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p)))
                for (var record : consumer.poll(Duration.ofMillis(100)))
                    System.out.println(record.partition() + " " + new String(record.key()));
        }
    }
}
