create table `deliveries` (
  `id` int not null,
  `status` enum('pending', 'sent', 'failed') not null
);
