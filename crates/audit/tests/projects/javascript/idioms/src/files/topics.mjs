export const Topics = {
  file: { uploaded: 'file.uploaded', deleted: 'file.deleted' },
  mail: { bounced: 'email.bounced', opened: 'email.opened' },
};

export default 'file.scanned';
